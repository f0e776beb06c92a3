// Does with a workflow what GitHub's runner does: jobs in the order of their needs, reusable workflows, steps with their files, outputs and
// conditions. Expressions are evaluated by GitHub's own library; actions are small stand-ins (actions.mjs); anything else is refused.
//
//   node runner.mjs --packages DIR --repository DIR --workflow .github/workflows/release.yml --state DIR [--event push]
//                   [--input NAME=VALUE]... [--secret NAME]...     (the value is in the variable RUNNER_SECRET_NAME)
//
// Writes STATE/result.json: { result, jobs, summary, masked, asked }, where `masked` counts the lines in which a secret had to be hidden, and
// `asked` are the requests to GitHub's API, which has a stand-in here (api.mjs).
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { loadExpressions } from './expressions.mjs';
import { startApi } from './api.mjs';
import { runWorkflow, readWorkflow } from './workflow.mjs';

const { values: asked } = parseArgs({
  options: {
    packages: { type: 'string' }, repository: { type: 'string' }, workflow: { type: 'string' }, state: { type: 'string' }, event: { type: 'string', default: 'push' },
    input: { type: 'string', multiple: true, default: [] }, secret: { type: 'string', multiple: true, default: [] },
  },
});

const secrets = Object.fromEntries(asked.secret.map(name => [name, process.env[`RUNNER_SECRET_${name}`]]));
const run = {
  repository: asked.repository,
  commit: execFileSync('git', ['-C', asked.repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
  state: path.resolve(asked.state),
  artifacts: path.join(path.resolve(asked.state), 'artifacts'),
  yaml: createRequire(path.join(asked.packages, 'package.json'))('yaml'),
  expressions: await loadExpressions(asked.packages),
  inherited: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RUNNER_SECRET_'))),
  masks: new Set(Object.values(secrets).flatMap(value => [value, ...value.split('\n')]).filter(value => value.trim() !== '')),
  masked: 0, count: 0, summary: '', jobs: {}, asked: [], permissions: {},
};
run.log = line => {
  let shown = line;
  run.masks.forEach(mask => { shown = shown.replaceAll(mask, '***'); });
  run.masked += shown === line ? 0 : 1;
  console.log(shown);
};

const inputs = Object.fromEntries(asked.input.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
run.github = { event_name: asked.event, event: { inputs }, sha: run.commit, ref: 'refs/heads/main', ref_name: 'main', repository: 'acme/shop', actor: 'ada', token: 'token-of-the-job', run_id: '4711' };
fs.mkdirSync(run.artifacts, { recursive: true });
const api = await startApi(run);
run.apiUrl = api.url;
const { result } = await runWorkflow({ run, workflow: readWorkflow(run, asked.workflow), event: asked.event, inputs, secrets, prefix: '' });
api.stop();
fs.writeFileSync(path.join(run.state, 'result.json'), JSON.stringify({ result, jobs: run.jobs, summary: run.summary, masked: run.masked, asked: run.asked }));
process.exitCode = result === 'success' ? 0 : 1;

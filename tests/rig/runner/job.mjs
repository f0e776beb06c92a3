// One job: a machine of its own, that is a new workspace, and its steps one after the other.
import fs from 'node:fs';
import path from 'node:path';
import { stepFiles } from './files.mjs';
import { runScript } from './script.mjs';
import { useAction } from './actions.mjs';

/** Runs the steps, and answers { result, outputs }. */
export async function runJob({ run, job, name, contexts, env, permissions }) {
  const place = path.join(run.state, 'jobs', `${run.count++}-${name.replaceAll(/[^A-Za-z0-9-]/g, '-')}`);
  const workspace = path.join(place, 'workspace'), temp = path.join(place, 'temp');
  fs.mkdirSync(workspace, { recursive: true });
  fs.mkdirSync(temp);
  const machine = { workspace, temp, paths: [], env: { ...env }, place };
  const all = { ...contexts, runner: { os: 'Linux', temp }, job: { status: 'success' }, steps: {}, strategy: { 'job-index': 0 } };
  const status = { failed: false };
  run.permissions = permissions;
  for (const [index, step] of job.steps.entries()) {
    const title = step.name ?? step.uses ?? `step ${index + 1}`;
    const before = { ...all, env: machine.env, github: { ...all.github, workspace } };
    if (!run.expressions.holds(step.if, before, status)) {
      run.log(`-- ${title}: skipped`);
      all.steps = withStep(all.steps, step, 'skipped', {});
      continue;
    }

    run.log(`-- ${run.expressions.fill(title, before, status)}`);
    let outputs = {}, outcome = 'success';
    try {
      outputs = await runStep({ run, step, machine, contexts: before, status, permissions });
    } catch (failure) {
      outcome = 'failure';
      outputs = failure.outputs ?? {};
      run.log(`##[error]${failure.message}`);
      status.failed = status.failed || step['continue-on-error'] !== true;
    }

    all.steps = withStep(all.steps, step, outcome, outputs);
  }

  const outputs = run.expressions.fillAll(job.outputs, { ...all, env: machine.env }, status);
  return { result: status.failed ? 'failure' : 'success', outputs };
}

async function runStep({ run, step, machine, contexts, status, permissions }) {
  const env = { ...machine.env, ...strings(run.expressions.fillAll(step.env, contexts, status)) };
  const inner = { ...contexts, env };
  if (step.uses !== undefined) {
    return useAction(step.uses, { run, workspace: machine.workspace, inputs: run.expressions.fillAll(step.with, inner, status), permissions, log: run.log });
  }

  if (step.run.includes('${{')) {
    throw new Error('The runner refuses an expression in a script.');
  }

  const files = stepFiles(path.join(machine.place, 'files'));
  let failure;
  try {
    await runScript({ run, script: step.run, shell: step.shell, machine, env: { ...env, ...files.variables } });
  } catch (error) {
    failure = error;
  }

  Object.assign(machine.env, files.env());
  machine.paths.push(...files.paths());
  run.summary += files.summary();
  if (failure) {
    failure.outputs = files.outputs();
    throw failure;
  }

  return files.outputs();
}

const withStep = (steps, step, outcome, outputs) => step.id === undefined ? steps : { ...steps, [step.id]: { outputs, outcome, conclusion: outcome } };

/** Variables are text, whatever an expression's value is. */
export const strings = map => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));

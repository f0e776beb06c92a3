// A workflow: its inputs, and its jobs in the order of their needs.
import fs from 'node:fs';
import path from 'node:path';
import { runJob, strings } from './job.mjs';

/** Reads a workflow of the repository that is run. */
export const readWorkflow = (run, file) => run.yaml.parse(fs.readFileSync(path.join(run.repository, file), 'utf8'));

/** Runs every job, and answers { result, outputs }. `granted` are the permissions of the job that calls a reusable workflow. */
export async function runWorkflow({ run, workflow, event, inputs, secrets, prefix, granted }) {
  const trigger = typeof workflow.on === 'string' ? { [workflow.on]: null } : workflow.on;
  if (!(event in trigger)) {
    throw new Error(`The workflow is not started by ${event}.`);
  }

  const github = run.github;
  const contexts = { github, inputs: resolveInputs(trigger[event]?.inputs, inputs), secrets: event === 'workflow_call' ? onlyDeclared(trigger[event].secrets, secrets) : secrets, vars: {} };
  const env = strings(run.expressions.fillAll(workflow.env, contexts));
  const done = {};
  for (const id of inOrder(workflow.jobs)) {
    const job = workflow.jobs[id];
    const needs = Object.fromEntries([job.needs ?? []].flat().map(need => [need, done[need]]));
    const status = { failed: Object.values(needs).some(need => need.result !== 'success') };
    const here = { ...contexts, needs };
    done[id] = run.expressions.holds(job.if, here, status)
      ? await runWithMatrix({ run, workflow, job, id: prefix + id, contexts: here, env, granted })
      : { result: 'skipped', outputs: {} };
    run.jobs[prefix + id] = done[id];
    run.log(`== ${prefix}${id}: ${done[id].result}`);
  }

  const outputs = event !== 'workflow_call' ? {} : Object.fromEntries(Object.entries(trigger.workflow_call.outputs ?? {}).map(([name, output]) => [name, run.expressions.fill(output.value, { ...contexts, jobs: done })]));
  return { result: Object.values(done).some(job => job.result === 'failure') ? 'failure' : 'success', outputs };
}

// The last one's outputs win, as with GitHub.
async function runWithMatrix({ run, workflow, job, id, contexts, env, granted }) {
  const rows = rowsOf(job.strategy?.matrix);
  let all = { result: 'success', outputs: {} };
  for (const matrix of rows) {
    const name = rows.length > 1 ? `${id} (${Object.values(matrix).map(value => typeof value === 'object' ? Object.values(value).join(', ') : value).join(', ')})` : id;
    run.log(`== ${name}`);
    const one = await runOne({ run, workflow, job, name, contexts: { ...contexts, matrix }, env, granted });
    all = { result: all.result === 'failure' ? 'failure' : one.result, outputs: one.outputs };
  }

  return all;
}

async function runOne({ run, workflow, job, name, contexts, env, granted }) {
  const permissions = job.permissions ?? workflow.permissions;
  refuseWider(name, permissions, granted);
  if (job.uses !== undefined) {
    const called = readWorkflow(run, job.uses.replace(/^\.\//, ''));
    if (job.secrets === 'inherit') {
      throw new Error(`The job ${name} hands on every secret.`);
    }

    return runWorkflow({ run, workflow: called, event: 'workflow_call', inputs: run.expressions.fillAll(job.with, contexts), secrets: strings(run.expressions.fillAll(job.secrets, contexts)), prefix: `${name} / `, granted: permissions });
  }

  return runJob({ run, job, name, contexts, env: { ...env, ...strings(run.expressions.fillAll(job.env, { ...contexts, env })) }, permissions });
}

function refuseWider(name, permissions, granted) {
  for (const [scope, level] of Object.entries(granted === undefined ? {} : permissions)) {
    if (level !== 'none' && level !== granted[scope] && granted[scope] !== 'write') {
      throw new Error(`The job ${name} asks for '${scope}: ${level}', and its caller grants '${granted[scope] ?? 'none'}'.`);
    }
  }
}

function resolveInputs(declared, given) {
  const unknown = Object.keys(given).find(name => !(name in (declared ?? {})));
  if (unknown !== undefined) {
    throw new Error(`The workflow has no input '${unknown}'.`);
  }

  return Object.fromEntries(Object.entries(declared ?? {}).map(([name, input]) => {
    if (input.required && given[name] === undefined) {
      throw new Error(`The workflow needs the input '${name}'.`);
    }

    const value = given[name] ?? input.default ?? '';
    if (input.type === 'boolean' && typeof value !== 'boolean' && !['true', 'false'].includes(value)) {
      throw new Error(`The input '${name}' is no boolean.`);
    }

    return [name, input.type === 'boolean' ? String(value) === 'true' : value];
  }));
}

function onlyDeclared(declared, given) {
  const unknown = Object.keys(given).find(name => !(name in (declared ?? {})));
  if (unknown !== undefined) {
    throw new Error(`The workflow takes no secret '${unknown}'.`);
  }

  return given;
}

function inOrder(jobs) {
  const order = [];
  const visit = id => {
    if (!order.includes(id)) {
      [jobs[id].needs ?? []].flat().forEach(visit);
      order.push(id);
    }
  };
  Object.keys(jobs).forEach(visit);
  return order;
}

function rowsOf(matrix) {
  if (matrix === undefined) {
    return [{}];
  }

  const names = Object.keys(matrix).filter(name => name !== 'include' && name !== 'exclude');
  const product = names.reduce((rows, name) => rows.flatMap(row => matrix[name].map(value => ({ ...row, [name]: value }))), names.length > 0 ? [{}] : []);
  return [...product, ...(matrix.include ?? [])];
}

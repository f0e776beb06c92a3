// What stands in for the actions that the workflows use. One that is not here is an error.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

const nothing = () => ({});

const actions = {
  'actions/checkout': ({ run, workspace, inputs }) => {
    refuseUnless(inputs['persist-credentials'] === false, 'a checkout that leaves its token in the workspace');
    execFileSync('git', ['clone', '-q', run.repository, workspace]);
    execFileSync('git', ['-C', workspace, 'checkout', '-q', run.commit]);
  },
  'actions/setup-dotnet': nothing,
  'sigstore/cosign-installer': nothing,
  'aws-actions/configure-aws-credentials': () => refuseUnless(false, 'AWS, which this runner does not have'),
  'actions/attest': () => refuseUnless(false, "GitHub's attestations, which this runner does not have"),
  'actions/upload-artifact': upload,
  'actions/download-artifact': ({ run, workspace, inputs }) => {
    const from = path.join(run.artifacts, inputs.name);
    refuseUnless(fs.existsSync(from), `the artifact '${inputs.name}', which no job before has uploaded`);
    fs.cpSync(from, path.resolve(workspace, inputs.path), { recursive: true });
  },
  'github/codeql-action/upload-sarif': ({ workspace, inputs, permissions }) => {
    refuseUnless(permissions['security-events'] === 'write', 'code scanning without its permission');
    const sarif = JSON.parse(fs.readFileSync(path.resolve(workspace, inputs.sarif_file), 'utf8'));
    refuseUnless(sarif.version === '2.1.0' && Array.isArray(sarif.runs), 'a file that is no SARIF 2.1.0');
    return { 'sarif-id': 'of this runner' };
  },
};

/** Does what the action does, and answers its outputs. */
export function useAction(uses, context) {
  const [name, version] = uses.split('@');
  refuseUnless(/^[0-9a-f]{40}$/.test(version ?? ''), `the action ${uses}, which is not pinned`);
  refuseUnless(Object.hasOwn(actions, name), `the action ${name}`);
  return actions[name](context) ?? {};
}

// The common parent of the patterns is the artifact's root, as with the real one; '!' takes away again.
function upload({ run, workspace, inputs, log }) {
  const patterns = String(inputs.path).split('\n').map(line => line.trim()).filter(line => line !== '').map(line => [line.startsWith('!'), path.resolve(workspace, line.replace(/^!/, ''))]);
  const roots = patterns.filter(([not]) => !not).map(([, pattern]) => pattern);
  const base = commonParent(roots.map(rootOf));
  const taken = filesBelow(base).filter(file => patterns.reduce((in_, [not, pattern]) => matches(file, pattern) ? !not : in_, false));
  if (taken.length === 0) {
    refuseUnless(inputs['if-no-files-found'] !== 'error', `to upload '${inputs.name}', which has no files`);
    log(`::warning::No files for the artifact '${inputs.name}'.`);
    return;
  }

  const to = path.join(run.artifacts, inputs.name);
  refuseUnless(inputs.overwrite === true || !fs.existsSync(to), `to upload '${inputs.name}' a second time`);
  fs.rmSync(to, { recursive: true, force: true });
  for (const file of taken) {
    const target = path.join(to, path.relative(base, file));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(file, target);
    fs.chmodSync(target, 0o644); // an artifact keeps no permissions
  }

  log(`${taken.length} files are the artifact '${inputs.name}'.`);
}

const rootOf = pattern => pattern.includes('*') ? path.dirname(pattern.slice(0, pattern.indexOf('*')) + 'x') : fs.statSync(pattern, { throwIfNoEntry: false })?.isDirectory() ? pattern : path.dirname(pattern);

const commonParent = directories => directories.reduce((common, one) => {
  while (one !== common && !one.startsWith(common + path.sep)) {
    common = path.dirname(common);
  }

  return common;
});

const filesBelow = directory => !fs.existsSync(directory) ? [] : fs.readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
  const full = path.join(directory, entry.name);
  return entry.isDirectory() ? filesBelow(full) : entry.isFile() && !entry.name.startsWith('.') ? [full] : [];
});

function matches(file, pattern) {
  const expression = pattern.split(/(\*\*\/|\*\*|\*)/).map(part => part === '**/' ? '(?:.*/)?' : part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('');
  return new RegExp(`^${expression}(/.*)?$`, 'u').test(file);
}

function refuseUnless(holds, what) {
  if (!holds) {
    throw new Error(`The runner refuses ${what}.`);
  }
}

// The files through which a step speaks to its runner: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH, GITHUB_STEP_SUMMARY.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';

const kinds = { GITHUB_ENV: 'env', GITHUB_OUTPUT: 'output', GITHUB_PATH: 'path', GITHUB_STEP_SUMMARY: 'summary' };

/** New, empty files for one step: what to put into its environment, and how to read what it wrote. */
export function stepFiles(directory) {
  fs.mkdirSync(directory, { recursive: true });
  const variables = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, path.join(directory, `${kind}-${crypto.randomUUID()}`)]));
  Object.values(variables).forEach(file => fs.writeFileSync(file, ''));
  const read = name => fs.readFileSync(variables[name], 'utf8');
  return {
    variables,
    env: () => parsePairs(read('GITHUB_ENV')),
    outputs: () => parsePairs(read('GITHUB_OUTPUT')),
    paths: () => read('GITHUB_PATH').split('\n').filter(line => line !== ''),
    summary: () => read('GITHUB_STEP_SUMMARY'),
  };
}

/** `name=value` lines, and `name<<DELIMITER` blocks, as the runner takes them: anything else is an error. */
export function parsePairs(text) {
  const pairs = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const equals = line.indexOf('='), block = line.indexOf('<<');
    if (line === '') {
      continue;
    } else if (equals > 0 && (block < 0 || equals < block)) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (block > 0) {
      const end = lines.indexOf(line.slice(block + 2), at + 1);
      if (end < 0) {
        throw new Error(`A block of '${line.slice(0, block)}' has no end.`);
      }

      pairs[line.slice(0, block)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else {
      throw new Error(`'${line}' is neither name=value nor the beginning of a block.`);
    }
  }

  return pairs;
}

// A script of a step, as the runner starts it: its shell, its variables, and the commands in what it prints.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import { spawn } from 'node:child_process';
import readline from 'node:readline';

const shells = { bash: ['--noprofile', '--norc', '-eo', 'pipefail'], undefined: ['-e'] };

export async function runScript({ run, script, shell, machine, env }) {
  if (!Object.hasOwn(shells, String(shell))) {
    throw new Error(`The runner refuses the shell ${shell}.`);
  }

  const file = path.join(machine.temp, `${crypto.randomUUID()}.sh`);
  fs.writeFileSync(file, script);
  const child = spawn('bash', [...shells[String(shell)], file], {
    cwd: machine.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...run.inherited, ...env,
      PATH: [...machine.paths.toReversed(), process.env.PATH].join(':'),
      CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: machine.workspace, RUNNER_TEMP: machine.temp, RUNNER_OS: 'Linux',
      GITHUB_SHA: run.commit, GITHUB_REF: 'refs/heads/main', GITHUB_REPOSITORY: run.github.repository, GITHUB_RUN_ID: run.github.run_id,
      GITHUB_SERVER_URL: 'https://github.com', GITHUB_API_URL: run.apiUrl, GITHUB_EVENT_NAME: run.github.event_name, GITHUB_ACTOR: run.github.actor,
    },
  });
  const heard = [child.stdout, child.stderr].map(stream => hear(stream, run));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
  await Promise.all(heard);
  if (code !== 0) {
    throw new Error(`Process completed with exit code ${code}.`);
  }
}

async function hear(stream, run) {
  for await (const line of readline.createInterface({ input: stream })) {
    const mask = line.match(/^::add-mask::(.*)$/);
    if (mask) {
      run.masks.add(decode(mask[1]));
    } else {
      run.log(line);
    }
  }
}

const decode = text => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

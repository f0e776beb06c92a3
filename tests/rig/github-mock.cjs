// node github-mock.cjs DIRECTORY [api.github.com|ghes-3.19]: answers as GitHub's REST API does, on a free port of 127.0.0.1, and prints "listening PORT".
//
// Every request is held against GitHub's own OpenAPI description, which github-mock.sh put into DIRECTORY: path, method, parameters, and a body of which
// only documented members are taken. So is every answer of its own. What does not hold is answered with 400 and kept in GET /_mock/requests.
// PUT /_mock/faults takes what to answer instead, PUT /_mock/commits the commits that a comparison lists, PUT /_mock/behind by how many seconds
// GitHub's clock is behind.
const http = require('http');
const path = require('path');
const [directory, product = 'api.github.com'] = process.argv.slice(2);
const load = name => require(path.join(path.resolve(directory), 'node_modules', name));
const description = load(`@octokit/openapi/generated/${product}.json`);
const prefix = product === 'api.github.com' ? '' : '/api/v3';
const { pathOf, checkRequest, checkAnswer, example } = require('./github-description.cjs')(description, load);

const WRITER = 'mock-token', READER = 'mock-reader';
const requests = [], deployments = [], commitStatuses = [];
let faults = [], commits = [], nextId = 1000, behind = 0;
const now = () => new Date(Date.now() - behind * 1000).toISOString().replace(/\.\d+/, '');

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  if (url.pathname.startsWith('/_mock/')) return control(request.method, url.pathname, text, response);

  const entry = { method: request.method, path: url.pathname.slice(prefix.length), query: Object.fromEntries(url.searchParams), token: (request.headers.authorization || '').replace(/^Bearer /, ''), problems: [], status: 0 };
  requests.push(entry);
  const reply = (status, body, headers = {}) => {
    entry.status = status;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

  const fault = faults.find(each => each.times > 0 && request.method === (each.method || request.method) && url.pathname.includes(each.path || ''));
  const found = url.pathname.startsWith(prefix + '/') ? pathOf(request.method, entry.path) : null;
  entry.operation = found && found.operation.operationId;
  entry.body = text ? parse(text, entry.problems) : undefined;
  if (!found) entry.problems.push(`there is no ${request.method} ${entry.path} in the description`);
  else entry.problems.push(...checkRequest(found, url.searchParams, entry.body));
  entry.problems.push(...checkHeaders(request.headers));
  if (entry.problems.length) return reply(400, { message: entry.problems.join('; ') });

  if (fault) {
    fault.times--;
    if (fault.delay) await new Promise(done => setTimeout(done, fault.delay));
    // The call is done, and its answer is what is lost.
    if (fault.after) answer(found, entry, url);
    if (fault.drop) return request.socket.destroy();
    if (fault.huge) return reply(fault.status || 200, ' '.repeat(fault.huge), fault.headers);
    return reply(fault.status || 200, fault.body === undefined ? { message: 'Mocked' } : fault.body, fault.headers);
  }

  if (![WRITER, READER].includes(entry.token)) return reply(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' });
  if (entry.token === READER && request.method !== 'GET') return reply(403, { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest', status: '403' });
  const [status, body, headers] = answer(found, entry, url);
  const wrong = status < 300 ? checkAnswer(found.operation, status, body) : [];
  if (wrong.length) { entry.problems.push(...wrong.map(each => `the mock's own answer: ${each}`)); return reply(500, { message: entry.problems.join('; ') }); }
  reply(status, body, headers);
});

// What GitHub demands of headers is in its documentation, not in the description.
function checkHeaders(headers) {
  return [
    headers['user-agent'] ? '' : 'there is no User-Agent',
    headers.accept === 'application/vnd.github+json' ? '' : `Accept is ${headers.accept}`,
    headers['x-github-api-version'] === '2022-11-28' ? '' : `X-GitHub-Api-Version is ${headers['x-github-api-version']}`,
    /^Bearer \S+$/.test(headers.authorization || '') ? '' : 'there is no Bearer token',
  ].filter(Boolean);
}

function answer(found, entry, url) {
  const { operation, parameters } = found;
  const base = `${url.origin}${prefix}/repos/${parameters.owner}/${parameters.repo}`;
  switch (operation.operationId) {
    case 'repos/create-deployment': {
      const made = { ...example(operation, 201), id: nextId++, sha: entry.body.ref, payload: '', description: null, environment: 'production', task: 'deploy', created_at: now(), ...entry.body };
      for (const name of ['auto_merge', 'required_contexts']) delete made[name];
      made.url = `${base}/deployments/${made.id}`;
      deployments.unshift({ made, statuses: [] });
      return [201, made];
    }
    case 'repos/list-deployments': {
      const wanted = deployments.map(each => each.made).filter(each => ['sha', 'ref', 'task', 'environment'].every(name => !entry.query[name] || each[name] === entry.query[name]));
      return page(wanted, url, list => list);
    }
    case 'repos/create-deployment-status': {
      const deployment = deployments.find(each => String(each.made.id) === parameters.deployment_id);
      if (!deployment) return [404, { message: 'Not Found' }];
      const made = { ...example(operation, 201), id: nextId++, created_at: now(), ...entry.body, environment: deployment.made.environment };
      delete made.auto_inactive;
      deployment.statuses.push(made);
      return [201, made];
    }
    case 'repos/list-deployment-statuses': {
      const deployment = deployments.find(each => String(each.made.id) === parameters.deployment_id);
      return deployment ? page(deployment.statuses.toReversed(), url, list => list) : [404, { message: 'Not Found' }];
    }
    case 'repos/create-commit-status': {
      const made = { ...example(operation, 201), id: nextId++, context: 'default', ...entry.body };
      commitStatuses.push({ sha: parameters.sha, ...made });
      return [201, made];
    }
    case 'repos/compare-commits-with-basehead': {
      const model = example(operation, 200);
      return page(commits, url, list => ({ ...model, status: commits.length ? 'ahead' : 'identical', html_url: `https://github.com/${parameters.owner}/${parameters.repo}/compare/${parameters.basehead}`, total_commits: commits.length, commits: list.map(each => commit(model.commits[0], each)) }));
    }
    case 'packages/get-package-for-organization': return parameters.org === 'an-org' ? [200, { ...example(operation, 200), html_url: `https://github.com/orgs/${parameters.org}/packages/container/package/${parameters.package_name}` }] : [404, { message: 'Not Found' }];
    case 'packages/get-package-for-user': return [200, { ...example(operation, 200), html_url: `https://github.com/users/${parameters.username}/packages/container/package/${parameters.package_name}` }];
    default: return [501, { message: `The mock has no answer to ${operation.operationId}` }];
  }
}

function commit(model, { sha, message, parents = 1 }) {
  return { ...model, sha, html_url: `https://github.com/octocat/shop/commit/${sha}`, commit: { ...model.commit, message }, parents: Array(parents).fill(model.parents[0]) };
}

function page(list, url, form) {
  const size = Number(url.searchParams.get('per_page') || 30), number = Number(url.searchParams.get('page') || 1), last = Math.max(1, Math.ceil(list.length / size));
  const link = (rel, to) => { const target = new URL(url); target.searchParams.set('page', to); return `<${target}>; rel="${rel}"`; };
  const links = number < last ? [link('next', number + 1), link('last', last)] : [];
  return [200, form(list.slice((number - 1) * size, number * size)), links.length ? { Link: links.join(', ') } : {}];
}

function control(method, pathname, text, response) {
  if (method === 'PUT' && pathname === '/_mock/faults') faults = JSON.parse(text).map(each => ({ times: 1, ...each }));
  else if (method === 'PUT' && pathname === '/_mock/commits') commits = JSON.parse(text);
  else if (method === 'PUT' && pathname === '/_mock/behind') behind = JSON.parse(text);
  const state = { '/_mock/requests': requests, '/_mock/deployments': deployments.map(each => ({ ...each.made, statuses: each.statuses })), '/_mock/statuses': commitStatuses }[pathname];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(state ?? {}));
}

function parse(text, problems) {
  try { return JSON.parse(text); } catch (fault) { problems.push(`the body is no JSON: ${fault.message}`); return undefined; }
}

// The first use of a schema takes seconds on a busy machine, and who waits for an answer gives it up after ten and asks again.
for (const [method, where] of [['GET', 'deployments'], ['POST', 'deployments'], ['GET', 'deployments/1/statuses'], ['POST', 'deployments/1/statuses'], ['POST', 'statuses/a'], ['GET', 'compare/a...b']]) {
  const found = pathOf(method, `/repos/octocat/shop/${where}`);
  checkRequest(found, new URLSearchParams(), method === 'GET' ? undefined : {});
  checkAnswer(found.operation, method === 'GET' ? 200 : 201, null);
}

server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

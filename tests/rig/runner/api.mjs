// Stands in for GitHub's API: takes what a job may write by its permissions and its token, notes it, and knows nothing.
import http from 'node:http';

const scopes = [[/\/statuses\//, 'statuses'], [/\/deployments/, 'deployments'], [/\/compare\//, 'contents'], [/\/packages\//, 'packages']];

export async function startApi(run) {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      const scope = scopes.find(([path]) => path.test(request.url))?.[1];
      const level = run.permissions[scope];
      const may = request.headers.authorization === `Bearer ${run.github.token}` && (level === 'write' || (level === 'read' && request.method === 'GET'));
      if (may) {
        run.asked.push(`${request.method} ${request.url}`);
      }

      response.writeHead(!may ? 403 : request.method === 'POST' ? 201 : 404, { 'content-type': 'application/json' });
      response.end(may && request.method === 'POST' ? '{"id":1,"state":"success"}' : '{"message":"not here"}');
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => { server.close(); server.closeAllConnections(); } };
}

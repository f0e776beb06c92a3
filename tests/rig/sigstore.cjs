// A Sigstore of one's own on 127.0.0.1: certificates (Fulcio, with a certificate log), a transparency log (Rekor) that is a real Merkle tree, and timestamps.
// Keys and certificates are @sigstore/mock's. Identity tokens are taken as they are, since nobody else can reach it.
// `node sigstore.cjs PORT DIRECTORY` writes trusted_root.json and signing_config.json there, then answers.
const http = require('http'), crypto = require('crypto'), fs = require('fs'), path = require('path');
const mock = require('@sigstore/mock'), pkijs = require('pkijs'), canonicalize = require('canonicalize');
const [port, directory] = [Number(process.argv[2]), process.argv[3]];
const base = `http://127.0.0.1:${port}`, origin = `127.0.0.1:${port}`;
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash('sha256')).digest();
const key = () => crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = k => k.publicKey.export({ format: 'der', type: 'spki' });

class Log {
  constructor() { this.key = key(); this.id = sha256(spki(this.key)); this.leaves = []; }
  // RFC 6962, 2.1: the hash of leaves [from, to).
  hash(from, to) { if (to - from === 1) return this.leaves[from]; const k = this.split(to - from); return sha256(Buffer.of(1), this.hash(from, from + k), this.hash(from + k, to)); }
  split(n) { let k = 1; while (k * 2 < n) k *= 2; return k; }
  path(at, from, to) {
    if (to - from === 1) return [];
    const k = this.split(to - from);
    return at < from + k ? [...this.path(at, from, from + k), this.hash(from + k, to)] : [...this.path(at, from + k, to), this.hash(from, from + k)];
  }
  add(entry) {
    const body = Buffer.from(canonicalize(entry)), at = this.leaves.push(sha256(Buffer.of(0), body)) - 1, size = this.leaves.length;
    const root = this.hash(0, size), time = Math.floor(Date.now() / 1000), logID = this.id.toString('hex');
    const sign = text => crypto.sign('sha256', Buffer.from(text), this.key.privateKey);
    const set = sign(canonicalize({ body: body.toString('base64'), integratedTime: time, logIndex: at, logID }));
    const note = `${origin} - 1\n${size}\n${root.toString('base64')}\n`;
    const checkpoint = `${note}\n\u2014 ${origin} ${Buffer.concat([this.id.subarray(0, 4), sign(note)]).toString('base64')}\n`;
    return { [sha256(body).toString('hex')]: { body: body.toString('base64'), integratedTime: time, logID, logIndex: at, verification: {
      inclusionProof: { logIndex: at, treeSize: size, checkpoint, hashes: this.path(at, 0, size).map(h => h.toString('hex')), rootHash: root.toString('hex') },
      signedEntryTimestamp: set.toString('base64') } } };
  }
}

// What Rekor keeps of an envelope: hashes and signatures, not the envelope.
function kept(entry) {
  if (entry.kind !== 'dsse') return entry;
  const { envelope, verifiers } = entry.spec.proposedContent, parsed = JSON.parse(envelope);
  const hash = bytes => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  return { apiVersion: '0.0.1', kind: 'dsse', spec: {
    envelopeHash: hash(Buffer.from(envelope)), payloadHash: hash(Buffer.from(parsed.payload, 'base64')),
    signatures: parsed.signatures.map((s, i) => ({ signature: s.sig, verifier: verifiers[i] })) } };
}

function timestampRequest(der) {
  const request = pkijs.TimeStampReq.fromBER(der);
  return { artifactHash: Buffer.from(request.messageImprint.hashedMessage.valueBlock.valueHexView), hashAlgorithmOID: request.messageImprint.hashAlgorithm.algorithmId,
    nonce: request.nonce, policyOID: '1.3.6.1.4.1.57264.2', certReq: request.certReq ?? false };
}

const jwt = claims => [{ alg: 'none', typ: 'JWT' }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.' + Buffer.from('none').toString('base64url');

async function main() {
  const log = new Log(), caKey = key(), ctKey = key(), tsaKey = key();
  const ct = await mock.initializeCTLog(ctKey), ca = await mock.initializeCA(caKey, ct), tsa = await mock.initializeTSA(tsaKey);
  const tstInfo = tsa.tstInfo.bind(tsa); // It would make a number of the nonce, which has 64 bits and more.
  tsa.tstInfo = request => Object.assign(tstInfo({ ...request, nonce: 1 }), { nonce: request.nonce });
  const fulcio = mock.fulcioHandler(ca), start = new Date(Date.now() - 3600_000).toISOString();
  const logKey = (url, k, extra) => ({ baseUrl: url, hashAlgorithm: 'SHA2_256', logId: { keyId: sha256(spki(k)).toString('base64') },
    publicKey: { rawBytes: spki(k).toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: { start } }, ...extra });
  const authority = (uri, ...certificates) => ({ uri, subject: { commonName: 'sigstore', organization: 'sigstore.mock' },
    certChain: { certificates: certificates.map(c => ({ rawBytes: c.toString('base64') })) }, validFor: { start } });
  const service = (url, majorApiVersion) => ({ url, majorApiVersion, validFor: { start }, operator: 'rig' });
  fs.writeFileSync(path.join(directory, 'trusted_root.json'), JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logKey(base, log.key)], certificateAuthorities: [authority(base, ca.rootCertificate)], ctlogs: [logKey(`${base}/ct`, ctKey)],
    timestampAuthorities: [authority(`${base}/api/v1/timestamp`, tsa.intCertificate, tsa.rootCertificate)] }, null, 1));
  fs.writeFileSync(path.join(directory, 'signing_config.json'), JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service(base, 1)], oidcUrls: [service(base, 1)], rekorTlogUrls: [service(base, 1)], rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [service(`${base}/api/v1/timestamp`, 1)], tsaConfig: { selector: 'ANY' } }, null, 1));
  const routes = {
    // The token comes in the request or as a bearer's.
    '/api/v2/signingCert': async (body, request) => {
      const made = await fulcio.fn(JSON.stringify({ credentials: { oidcIdentityToken: request.headers.authorization?.split(' ')[1] }, ...JSON.parse(body) }));
      return made.statusCode === 201 ? { ...made, statusCode: 200 } : made;
    },
    '/api/v1/log/entries': async body => {
      const added = log.add(kept(JSON.parse(body))), [id] = Object.keys(added);
      return { statusCode: 201, contentType: 'application/json', response: JSON.stringify(added), headers: { etag: id, location: `/api/v1/log/entries/${id}` } };
    },
    '/api/v1/timestamp': async body => ({ statusCode: 201, contentType: 'application/timestamp-reply', response: await tsa.timestamp(timestampRequest(body)) }),
    // As a job of GitHub Actions is given its token: a bearer secret, and the audience in the query. The secret is the workflow that asks.
    '/token': async (_, request) => ({ statusCode: 200, contentType: 'application/json', response: JSON.stringify({ value: jwt({
      iss: 'https://token.actions.githubusercontent.com', aud: new URL(request.url, base).searchParams.get('audience'),
      sub: Buffer.from(request.headers.authorization.slice('bearer '.length), 'base64url').toString(), exp: Math.floor(Date.now() / 1000) + 600 }) }) }),
  };
  http.createServer((request, reply) => {
    const parts = [];
    request.on('data', part => parts.push(part)).on('end', async () => {
      const route = routes[request.url.split('?')[0]];
      const made = route ? await route(Buffer.concat(parts), request).catch(e => ({ statusCode: 500, response: e.stack })) : { statusCode: 404, response: 'no such thing' };
      console.log(request.method, request.url.split('?')[0], made.statusCode, made.statusCode >= 400 ? made.response : '');
      reply.writeHead(made.statusCode, { 'content-type': made.contentType ?? 'text/plain', ...made.headers }).end(made.response);
    });
  }).listen(port, '127.0.0.1', () => console.log('ready'));
}
main();

// The schema in the real yaml-language-server: completion, hover, diagnostics.
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const [tools, project] = process.argv.slice(2);
const binary = path.join(tools, 'node_modules/yaml-language-server/bin/yaml-language-server');
const server = spawn(process.execPath, [binary, '--stdio']);
const schema = pathToFileURL(path.join(project, 'schema/topology.schema.json')).href;
const example = fs.readFileSync(path.join(project, 'examples/ggen/topology.yaml'), 'utf8').replace(/^# yaml-language-server.*\n/, '');
const pending = new Map();
const diagnostics = new Map();
let id = 0;
let buffer = Buffer.alloc(0);

function send(message) {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
function request(method, params) {
  return new Promise((resolve) => {
    pending.set(++id, resolve);
    send({ id, method, params });
  });
}
function receive(message) {
  if (message.method === 'workspace/configuration') {
    const settings = { yaml: { schemas: { [schema]: '*.yaml' }, validate: true, hover: true, completion: true, schemaStore: { enable: false } } };
    send({ id: message.id, result: message.params.items.map((item) => settings[item.section] || {}) });
  } else if (message.method === 'textDocument/publishDiagnostics') {
    diagnostics.set(message.params.uri, message.params.diagnostics);
  } else if (message.id && message.method) {
    send({ id: message.id, result: null });
  } else if (pending.has(message.id)) {
    pending.get(message.id)(message.result);
  }
}
server.stdout.on('data', (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/.exec(buffer.slice(0, end).toString())[1]);
    if (buffer.length < end + 4 + length) return;
    receive(JSON.parse(buffer.slice(end + 4, end + 4 + length).toString()));
    buffer = buffer.slice(end + 4 + length);
  }
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
function open(name, text) {
  const uri = `file:///${name}.yaml`;
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
  return uri;
}
async function published(uri) {
  for (let tries = 0; tries < 100 && !diagnostics.has(uri); tries++) await sleep(100);
  await sleep(500);
  return diagnostics.get(uri);
}
function expect(condition, what) {
  if (!condition) throw new Error(what);
}

(async () => {
  await request('initialize', { processId: process.pid, rootUri: null, capabilities: { workspace: { configuration: true }, textDocument: { hover: { contentFormat: ['markdown'] } } } });
  send({ method: 'initialized', params: {} });
  send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: { schemas: { [schema]: '*.yaml' } } } } });
  await sleep(500);

  const good = open('good', example);
  const clean = await published(good);
  expect(clean && clean.length === 0, `the example has diagnostics: ${JSON.stringify(clean)}`);

  const bad = open('bad', 'version: 1\nname: x\nreigons: {}\n');
  const found = await published(bad);
  expect(found && found.some((d) => /reigons/.test(d.message)), 'an unknown key gives no diagnostic');

  const fields = open('fields', 'version: 1\nre');
  const top = await request('textDocument/completion', { textDocument: { uri: fields }, position: { line: 1, character: 2 } });
  expect(top.items.some((i) => i.label === 'regions'), 'no completion of a field');

  const words = open('words', 'version: 1\nregions:\n  a:\n    role: ');
  const roles = await request('textDocument/completion', { textDocument: { uri: words }, position: { line: 3, character: 10 } });
  expect(roles.items.some((i) => i.label === 'primary'), 'no completion of a word');

  const line = example.split('\n').findIndex((l) => /^ {2}rto:/.test(l));
  const hover = await request('textDocument/hover', { textDocument: { uri: good }, position: { line, character: 3 } });
  expect(hover && JSON.stringify(hover.contents).includes('users are served again'), `no hover text: ${JSON.stringify(hover)}`);
  console.log('completion, hover and diagnostics work');
  process.exit(0);
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
setTimeout(() => process.exit(1), 60000);

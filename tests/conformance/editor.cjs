// The schema in the real yaml-language-server: completion, hover and diagnostics at positions of the examples.
// A position is useful if what a person needs there is offered or said, and nothing that the compiler would refuse.
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const [tools, project] = process.argv.slice(2);
const binary = path.join(tools, 'node_modules/yaml-language-server/bin/yaml-language-server');
const server = spawn(process.execPath, [binary, '--stdio']);
const schema = pathToFileURL(path.join(project, 'schema/topology.schema.json')).href;
const examples = {};
for (const name of ['minimal', 'ggen', 'paynow', 'eden']) {
  const file = path.join(project, 'examples', name, 'topology.yaml');
  examples[name] = fs.readFileSync(file, 'utf8').replace(/^# yaml-language-server.*\n/, '');
}
const positions = require('./editor-positions.cjs');
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
function place(text, needle, within) {
  const lines = text.split('\n');
  const line = lines.findIndex((l) => l.includes(needle));
  if (line < 0) throw new Error(`no line with ${needle}`);
  return { line, character: lines[line].indexOf(within, lines[line].indexOf(needle)) + 1 };
}
// A file of its own for each position: the server keeps what it knows by address.
let files = 0;
const fresh = (name, text) => open(`${name}-${++files}`, text);

// What is wrong at a position, if anything.
async function tried([name, kind, at, ...rest]) {
  const text = examples[name];
  if (kind === 'hover') {
    const [within, says] = rest;
    const uri = fresh(name, text);
    const answer = await request('textDocument/hover', { textDocument: { uri }, position: place(text, at, within) });
    const found = answer ? JSON.stringify(answer.contents) : 'nothing';
    return says.test(found) ? null : found;
  }
  if (kind === 'complete') {
    const [line, wanted, unwanted = []] = rest;
    const lines = text.split('\n');
    const number = lines.findIndex((l) => l.includes(at));
    if (number < 0) throw new Error(`no line with ${at}`);
    const written = line.replace(/^\+/, '').split('\n');
    lines.splice(number, line.startsWith('+') ? 0 : 1, ...written.map((l) => l.replace('|', '')));
    const uri = fresh(name, lines.join('\n'));
    const position = { line: number + written.length - 1, character: written[written.length - 1].indexOf('|') };
    const answer = await request('textDocument/completion', { textDocument: { uri }, position });
    const labels = (answer ? answer.items : []).map((item) => item.label);
    const missing = wanted.filter((label) => !labels.includes(label));
    const wrong = unwanted.filter((label) => labels.includes(label));
    return missing.length + wrong.length === 0 ? null : `missing ${missing}, wrong ${wrong}, offered ${labels.slice(0, 12)}`;
  }
  const [by, says] = rest;
  if (!text.includes(at)) throw new Error(`no ${at}`);
  const uri = fresh(name, text.replace(at, by));
  const found = (await published(uri)) || [];
  const messages = found.map((d) => d.message);
  return found.length > 0 && messages.every((m) => says.test(m)) ? null : `said ${JSON.stringify(messages)}`;
}

(async () => {
  await request('initialize', { processId: process.pid, rootUri: null, capabilities: { workspace: { configuration: true }, textDocument: { hover: { contentFormat: ['markdown'] } } } });
  send({ method: 'initialized', params: {} });
  send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: { schemas: { [schema]: '*.yaml' } } } } });
  await sleep(500);

  let wrong = 0;
  for (const [name, text] of Object.entries(examples)) {
    const found = await published(open(name, text));
    if (!found || found.length > 0) {
      wrong += 1;
      console.error(`${name}: the example has diagnostics: ${JSON.stringify(found)}`);
    }
  }
  // Files that include or are included, with the line that `init --template part` writes.
  const part = `# yaml-language-server: $schema=${schema.replace('topology.schema', 'part.schema')}\n`;
  for (const name of ['env-base', 'env-staging']) {
    const text = fs.readFileSync(path.join(project, `tests/cases/workflows/${name}.yaml`), 'utf8');
    const found = await published(open(name, part + text));
    const mistaken = await published(open(`${name}-mistaken`, part + text.replace('machine:', 'machnie:')));
    if (!found || found.length > 0 || !mistaken || mistaken.length !== 1) {
      wrong += 1;
      console.error(`${name}: a part has ${JSON.stringify(found)}, a mistaken one ${JSON.stringify(mistaken)}`);
    }
  }
  for (const position of positions) {
    const why = await tried(position);
    if (why) {
      wrong += 1;
      console.error(`${position.slice(0, 4).join(' · ')}: ${why}`);
    }
  }
  console.log(`${positions.length - wrong} of ${positions.length} positions are useful`);
  process.exit(wrong === 0 ? 0 : 1);
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
setTimeout(() => process.exit(1), 300000);

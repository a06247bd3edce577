// Parses every Mermaid diagram of the given pages.
const fs = require('fs');
const { pathToFileURL } = require('url');

(async () => {
  const { JSDOM } = require('jsdom');
  const dom = new JSDOM('');
  global.window = dom.window;
  global.document = dom.window.document;
  global.DOMPurify = require('dompurify')(dom.window);
  const mermaid = (await import(pathToFileURL(require.resolve('mermaid')))).default;
  let seen = 0;
  for (const path of process.argv.slice(2)) {
    for (const [, text] of fs.readFileSync(path, 'utf8').matchAll(/```mermaid\n([\s\S]*?)```/g)) {
      await mermaid.parse(text);
      seen += 1;
    }
  }
  if (!seen) throw new Error('no diagram was looked at');
  console.log(seen, 'diagrams');
  process.exit(0);
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});

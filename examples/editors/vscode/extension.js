// Starts `meridian lsp` for topology specs.
const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = () => {
  const command = workspace.getConfiguration('meridian').get('path');
  const patterns = ['**/topology.{yaml,yml,kdl}', '**/*.topology.{yaml,yml,kdl}'];
  client = new LanguageClient('meridian', 'meridian', { command, args: ['lsp'] }, {
    documentSelector: patterns.map((pattern) => ({ scheme: 'file', pattern })),
  });
  return client.start();
};

exports.deactivate = () => client && client.stop();

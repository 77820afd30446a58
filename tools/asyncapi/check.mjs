// Checks docs/asyncapi.yaml with AsyncAPI's own parser: no error and no warning.
import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';

const file = process.argv[2];
const { document, diagnostics } = await new Parser().parse(await readFile(file, 'utf8'));
// 0 is an error, 1 a warning; 3 only says that a newer version of AsyncAPI exists.
const bad = diagnostics.filter((d) => d.severity <= 1);
for (const d of bad) {
  console.error(`${file}:${d.range.start.line + 1}: ${d.path.join('.')}: ${d.message}`);
}
if (bad.length > 0 || !document) process.exit(1);
const channels = document.channels().all();
if (channels.length < 20) {
  console.error(`${file}: ${channels.length} channels, want every topic`);
  process.exit(1);
}
console.log(`${file}: ${channels.length} channels, ${document.messages().all().length} messages, ${document.schemas().all().length} schemas`);

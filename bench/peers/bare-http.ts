// What the load clients can do at most: node:http that sends bytes which it has in memory.
//   bare-http.ts FOLDER
// /NAME is the file of that name. Prints its address when it listens.
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';

const folder = process.argv[2]!;
const answers = new Map<string, Buffer>();
for (const name of await readdir(folder)) answers.set(`/${name}`, await readFile(join(folder, name)));

const server = createServer((request, response) => {
  const answer = answers.get(request.url!);
  response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json', 'Content-Length': answer?.length ?? 0 });
  response.end(answer);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`));

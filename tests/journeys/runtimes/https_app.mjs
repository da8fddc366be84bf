import http from 'node:http';
import { request } from 'node:https';

process.stdout.write(`${process.pid}\n`);
const url = (process.env.OPENAI_BASE_URL || 'https://api.openai.com/v1') + '/chat/completions';
const headers = { authorization: `Bearer ${process.env.OPENAI_API_KEY}`, 'content-type': 'application/json' };
for (const stream of [false, true]) {
  const body = JSON.stringify({ model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Hello' }] });
  await new Promise((done, fail) => {
    const make = url.startsWith('https:') ? request : http.request;
    const call = make(url, { method: 'POST', headers }, (answer) => {
      answer.on('data', (piece) => process.stdout.write(piece));
      answer.on('end', done);
    });
    call.on('error', fail);
    call.end(body);
  });
}

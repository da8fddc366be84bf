process.stdout.write(`${process.pid}\n`);
const url = (process.env.OPENAI_BASE_URL || 'https://api.openai.com/v1') + '/chat/completions';
const headers = { authorization: `Bearer ${process.env.OPENAI_API_KEY}`, 'content-type': 'application/json' };
for (const stream of [false, true]) {
  const body = JSON.stringify({ model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Hello' }] });
  const answer = await fetch(url, { method: 'POST', headers, body });
  for await (const piece of answer.body) process.stdout.write(piece);
}

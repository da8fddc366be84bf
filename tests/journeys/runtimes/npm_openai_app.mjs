import OpenAI from 'openai';

process.stdout.write(`${process.pid}\n`);
const client = new OpenAI({ maxRetries: 0 });
for (const stream of [false, true]) {
  const question = { model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Hello' }] };
  process.stdout.write(await (await client.chat.completions.create(question).asResponse()).text());
}

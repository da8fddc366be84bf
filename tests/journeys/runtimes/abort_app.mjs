const leaving = new AbortController();
const options = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model": "wiretally-self-test", "stream": true}',
  signal: leaving.signal,
};
const answer = await fetch('https://api.openai.com/v1/chat/completions', options);
try {
  for await (const piece of answer.body) if (piece.length) leaving.abort();
} catch (error) {
  console.log(error.name);
}

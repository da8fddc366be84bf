const url = process.env.WIRETALLY_TEST_URL;
const headers = { authorization: 'Bearer self-test', 'content-type': 'application/json' };
const body = JSON.stringify({ model: 'wiretally-self-test', stream: true, messages: [{ role: 'user', content: 'self-test' }] });
async function check(name, work) {
  try { console.log([name, 'ok', (await work()) || ''].join('\t')); } catch (error) {
    console.log([name, 'failed', `${error.message} ${error.cause ? error.cause.message || error.cause.code : ''}`.replace(/\s+/g, ' ')].join('\t'));
  }
}
function text(said) {
  const data = said.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6).trim());
  if (data.pop() !== '[DONE]') throw new Error('the stream was cut');
  const whole = data.map((part) => JSON.parse(part).choices[0].delta.content).join('');
  if (whole !== 'one two three') throw new Error(whole);
}
(async () => {
  const ways = { native: 'by Node itself (NODE_USE_ENV_PROXY)', preload: 'by the preload in NODE_OPTIONS' };
  await check('HTTP', async () => {
    const answer = await (await fetch(url + '/models', { headers })).json();
    if (answer.data[0].id !== 'wiretally-self-test') throw new Error(JSON.stringify(answer));
    return ways[globalThis[Symbol.for('wiretally.node')]] || 'without help';
  });
  await check('stream', async () => text(await (await fetch(url + '/chat/completions', { method: 'POST', headers, body })).text()));
  if (typeof WebSocket !== 'undefined') await check('websocket', () => new Promise((done, fail) => {
    const socket = new WebSocket(url.replace('http', 'ws') + '/realtime');
    socket.onopen = () => socket.send('hello');
    socket.onmessage = (event) => { socket.close(); event.data === 'hello' ? done() : fail(new Error(event.data)); };
    socket.onerror = (event) => fail(new Error(event.message || 'websocket failed'));
  }));
})();

import WebSocket from 'ws';

const socket = new WebSocket('wss://api.openai.com/v1/realtime');
socket.on('open', () => socket.send('hello'));
socket.on('message', (message) => {
  console.log(`heard ${message}`);
  socket.close();
});
socket.on('error', (error) => console.log(error.message));

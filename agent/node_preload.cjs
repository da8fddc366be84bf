// Leads Node's connections to intercepted hosts through the agent, where Node does not do so by itself.
//
// Node reads HTTPS_PROXY from version 24 on (NODE_USE_ENV_PROXY). Before, `fetch` and `https` ignore it. This file is
// loaded through NODE_OPTIONS by `wiretally exec` and `wiretally env`. It touches connections to the hosts named in
// WIRETALLY_HOSTS and no others; an agent or dispatcher that the program chose by itself is left alone, but for those
// built on Node's own https.Agent.
'use strict';

const MARK = Symbol.for('wiretally.node');

function start() {
  if (globalThis[MARK]) return;
  const proxy = proxyAddress();
  const hosts = (process.env.WIRETALLY_HOSTS || '').split(',').filter(Boolean);
  const native = Number(process.versions.node.split('.')[0]) >= 24
    || process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
  globalThis[MARK] = native ? 'native' : 'preload';
  if (native || !proxy || hosts.length === 0) return;
  const leads = (host) => hosts.some((name) => host === name || String(host).endsWith('.' + name));
  leadFetch(proxy, leads);
  leadHttps(proxy, leads);
}

function proxyAddress() {
  const text = process.env.HTTPS_PROXY || process.env.https_proxy;
  if (!text) return null;
  const url = new URL(text);
  const user = decodeURIComponent(url.username);
  const secret = decodeURIComponent(url.password);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    credentials: user ? Buffer.from(`${user}:${secret}`).toString('base64') : null,
  };
}

// The dispatcher of the built-in fetch is reachable by a registered symbol, its class by its constructor; undici's Agent
// takes a function that makes connections. npm's undici shares the symbol.
function leadFetch(proxy, leads) {
  const KEY = Symbol.for('undici.globalDispatcher.1');
  void globalThis.Headers; // loads the built-in undici, which sets the dispatcher
  const direct = globalThis[KEY];
  if (!direct) return;
  const Agent = direct.constructor;
  const tunnel = new Agent({
    connect(options, callback) {
      const port = Number(options.port) || 443;
      openTunnel(proxy, options.hostname, port, (error, socket) => {
        if (error) return callback(error, null);
        secure(socket, { servername: options.servername || options.hostname }, callback);
      });
    },
  });
  class Leading extends Agent {
    dispatch(options, handler) {
      const url = new URL(String(options.origin));
      const way = url.protocol === 'https:' && leads(url.hostname) ? tunnel : direct;
      return way.dispatch(options, handler);
    }
  }
  globalThis[KEY] = new Leading();
}

// Every https.Agent, those of libraries included, makes its connections here.
function leadHttps(proxy, leads) {
  const https = require('node:https');
  const make = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function (options, callback) {
    const host = options.servername || options.host;
    if (options.socketPath || options.socket || !leads(host) || typeof callback !== 'function') {
      return make.call(this, options, callback);
    }
    openTunnel(proxy, options.host, options.port || 443, (error, socket) => {
      if (error) return callback(error);
      secure(socket, { ...options, servername: host }, callback);
    });
    return undefined;
  };
  // A websocket library hands its own connection maker to a request, which then uses no agent. Take it away.
  for (const name of ['request', 'get']) {
    const original = https[name];
    https[name] = function (...args) {
      const options = args.find((arg) => arg && typeof arg === 'object' && typeof arg.createConnection === 'function');
      if (options && !options.agent && leads(options.servername || options.hostname || options.host)) {
        options.createConnection = undefined;
      }
      return original.apply(this, args);
    };
  }
  require('node:module').syncBuiltinESMExports();
}

function openTunnel(proxy, host, port, done) {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const headers = { host: authority };
  if (proxy.credentials) headers['proxy-authorization'] = `Basic ${proxy.credentials}`;
  const request = require('node:http').request({
    host: proxy.host, port: proxy.port, method: 'CONNECT', path: authority, headers, agent: false,
  });
  request.once('connect', (answer, socket, head) => {
    if (answer.statusCode === 200) {
      if (head.length) socket.unshift(head);
      return done(null, socket);
    }
    socket.destroy();
    done(new Error(`wiretally's agent answered ${answer.statusCode} when asked for ${authority}`));
  });
  request.once('error', done);
  request.end();
}

function secure(socket, options, done) {
  const { path, host, port, ...rest } = options;
  const wrapped = require('node:tls').connect({ ...rest, socket, ALPNProtocols: ['http/1.1'] });
  wrapped.once('error', done);
  wrapped.once('secureConnect', () => {
    wrapped.removeListener('error', done);
    done(null, wrapped);
  });
}

start();

// An SMSC written by others (npm smpp), led over stdin and stdout by lines of JSON.
//
// in:  {"id", "deliver": {source_addr, destination_addr, short_message | text + udh, ...}, "command": "deliver_sm"}
//      {"id", "hold": true}: from now on no submit_sm is answered, until {"id", "hold": false}
// out: {"event": "listening", "port"}, {"event": "bind", "command", "system_id"}, {"event": "unbind"}, {"event": "close"},
//      {"event": "submit", ...}, {"event": "answer", "id", "status", "command"}
// Of messages to numbers that end in 404 it sends no receipt; asked, it says that they are undeliverable.
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');
let bound = null;
let lastID = 0xa0;
let held = null; // the answers that wait, while they are to

function receipt(session, pdu, id) {
  const stamp = '2611212300';
  session.deliver_sm({
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    esm_class: 4,
    // The id of the answer was hexadecimal in capitals; here it is decimal with zeros.
    short_message: `id:${String(id).padStart(10, '0')} sub:001 dlvrd:001 submit date:${stamp} done date:${stamp} stat:DELIVRD err:000 text:`,
  }, (answer) => say({event: 'receipt', status: answer.command_status}));
}

const server = smpp.createServer({}, (session) => {
  session.unanswered = new Set();
  session.on('error', () => {});
  session.on('close', () => {
    if (bound === session) bound = null;
    session.over = true;
    for (const id of session.unanswered) say({event: 'answer', id, status: -1});
    say({event: 'close'});
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { say({event: 'unbind'}); session.send(pdu.response(), null, () => session.close()); });
  for (const command of ['bind_transceiver', 'bind_receiver', 'bind_transmitter']) {
    session.on(command, (pdu) => {
      if (pdu.password !== 'secret') {
        session.send(pdu.response({command_status: smpp.ESME_RINVPASWD}));
        return;
      }
      session.send(pdu.response({system_id: 'npm'}));
      bound = session;
      say({event: 'bind', command, system_id: pdu.system_id});
    });
  }
  session.on('submit_sm', (pdu) => {
    const id = ++lastID;
    const message = pdu.short_message;
    say({
      event: 'submit', source: pdu.source_addr, destination: pdu.destination_addr,
      text: message.message, udh: message.udh ? Buffer.concat(message.udh.map((e) => Buffer.isBuffer(e) ? e : Buffer.from([]))).toString('hex') : '',
      data_coding: pdu.data_coding, esm_class: pdu.esm_class, validity: pdu.validity_period,
      registered_delivery: pdu.registered_delivery,
      service_type: pdu.service_type, ussd_service_op: pdu.ussd_service_op,
      its_session_info: pdu.its_session_info ? pdu.its_session_info.toString('hex') : '',
    });
    const answer = () => {
      if (session.over) return;
      session.send(pdu.response({message_id: id.toString(16).toUpperCase()}));
      if (pdu.registered_delivery && !pdu.destination_addr.endsWith('404')) receipt(session, pdu, id);
    };
    if (held) held.push(answer);
    else answer();
  });
  session.on('query_sm', (pdu) => {
    session.send(pdu.response({message_id: pdu.message_id, final_date: '', message_state: 5, error_code: 9}));
  });
});

server.listen(0, '127.0.0.1', () => say({event: 'listening', port: server.address().port}));

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const {id, command, deliver, base64, hold} = JSON.parse(line);
  if (hold !== undefined) {
    const waiting = held || [];
    held = hold ? waiting : null;
    if (!hold) for (const answer of waiting) answer();
    say({event: 'answer', id, status: 0});
    return;
  }
  if (!bound) { say({event: 'answer', id, status: -1}); return; }
  for (const [field, value] of Object.entries(base64 || {})) deliver[field] = Buffer.from(value, 'base64');
  if (deliver.udh) { // "udh" is hexadecimal and comes with its length octet
    deliver.short_message = {udh: Buffer.from(deliver.udh, 'hex'), message: deliver.short_message};
    delete deliver.udh;
    deliver.esm_class = (deliver.esm_class || 0) | 0x40;
  }
  const session = bound;
  session.unanswered.add(id);
  session[command || 'deliver_sm'](deliver, (pdu) => {
    session.unanswered.delete(id);
    say({event: 'answer', id, status: pdu.command_status, command: pdu.command});
  });
}).on('close', () => process.exit(0));

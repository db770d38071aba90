// An agency's system written by others (npm smpp), led over stdin and stdout by lines of JSON.
//
// in:  {"id", "do": "bind", "url", "command": "bind_transceiver", "fields": {system_id, password}}
//      {"id", "do": "send", "command": "submit_sm", "fields": {…}, "base64": {field: octets}}, {"id", "do": "unbind"}
// out: {"event": "answer", "id", "status", "message_id"; of query_sm "state", "error", "final_date"}, {"event": "receipt", …},
//      {"event": "close"}
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');
let session = null;

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const order = JSON.parse(line);
  const answered = (pdu) => say({
    event: 'answer', id: order.id, status: pdu.command_status, message_id: pdu.message_id || '',
    state: pdu.message_state || 0, error: pdu.error_code || 0, final_date: pdu.final_date || undefined,
  });
  const fields = order.fields || {};
  for (const [field, value] of Object.entries(order.base64 || {})) fields[field] = Buffer.from(value, 'base64');
  if (fields.udh) { // hexadecimal, with its length octet
    fields.short_message = {udh: Buffer.from(fields.udh, 'hex'), message: fields.short_message};
    delete fields.udh;
    fields.esm_class = (fields.esm_class || 0) | 0x40;
  }
  switch (order.do) {
  case 'bind': {
    const bound = smpp.connect({url: order.url, rejectUnauthorized: false}, () => bound[order.command](fields, answered));
    session = bound;
    bound.on('error', () => {});
    bound.on('close', () => say({event: 'close'}));
    bound.on('enquire_link', (pdu) => bound.send(pdu.response()));
    bound.on('unbind', (pdu) => bound.send(pdu.response(), null, () => bound.close()));
    bound.on('deliver_sm', (pdu) => {
      say({
        event: 'receipt', source: pdu.source_addr, destination: pdu.destination_addr, esm_class: pdu.esm_class,
        text: pdu.short_message.message, message_id: pdu.receipted_message_id || '', state: pdu.message_state || 0,
      });
      bound.send(pdu.response());
    });
    break;
  }
  case 'send':
    session[order.command](fields, answered);
    break;
  case 'unbind':
    session.unbind((pdu) => { answered(pdu); session.close(); });
    break;
  }
}).on('close', () => process.exit(0));

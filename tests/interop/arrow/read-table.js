// Reads an Arrow stream from standard input, and writes its columns as JSON: name, type and values as text.
'use strict';
const { tableFromIPC, DataType } = require('apache-arrow');

const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const table = tableFromIPC(Buffer.concat(chunks));
  const columns = table.schema.fields.map((field) => {
    const vector = table.getChild(field.name);
    // Numbers of 64 bits and more are shown as they are stored: this library's own view of times is a double.
    const isRaw = DataType.isTimestamp(field.type) || DataType.isDuration(field.type) || DataType.isTime(field.type);
    const data = vector.data[0];
    const values = Array.from({ length: vector.length }, (_, i) => {
      if (vector.get(i) === null) return null;
      return isRaw ? String(data.values[i]) : Buffer.from(String(vector.get(i))).toString();
    });
    return { name: field.name, type: String(field.type), values };
  });
  process.stdout.write(JSON.stringify(columns));
});

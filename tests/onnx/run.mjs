// Runs ONNX models in ONNX Runtime, one thread: node run.mjs <folder of onnxruntime-node> JOBS.json
// JOBS.json: [{"model": FILE, "input": FILE of float32, "dims": [..], "output": FILE, "repeat": N}];
// writes each model's only output as float32 and prints one line of JSON a job.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, jobs] = process.argv.slice(2);
const ort = createRequire(resolve(folder, 'index.js'))('onnxruntime-node');

for (const job of JSON.parse(readFileSync(jobs))) {
  const session = await ort.InferenceSession.create(
    job.model, { intraOpNumThreads: job.threads ?? 1, interOpNumThreads: 1 });
  const bytes = readFileSync(job.input);
  const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', floats, job.dims) };
  let out = await session.run(feeds);
  let best = Infinity;
  for (let i = 0; i < (job.repeat ?? 0); ++i) {
    const start = process.hrtime.bigint();
    out = await session.run(feeds);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  const y = out[session.outputNames[0]];
  writeFileSync(job.output, Buffer.from(y.data.buffer, y.data.byteOffset, y.data.byteLength));
  console.log(JSON.stringify({ model: job.model, dims: y.dims, ms: job.repeat ? best : null }));
}

export { Lifecycle } from './lifecycle.js';
export { runProcess, type RunningProcess } from './run-process.js';

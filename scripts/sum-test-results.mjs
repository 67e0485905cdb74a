// Sums the results that test suites wrote as JSON and prints them as one line, the last of a run:
//   node scripts/sum-test-results.mjs <directory> <suite>…
// A suite that left no result has failed: a count must not be right because something did not run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns {{ passed: number, failed: number, skipped: number }} of one suite; a missing or empty one is a failure */
function read(directory, suite) {
  try {
    const result = JSON.parse(readFileSync(join(directory, `${suite}.json`), 'utf8'));
    const passed = result.numPassedTests;
    const skipped = result.numPendingTests + result.numTodoTests;
    // A file that fails before its tests begin has no failed test, and is one.
    const brokenFiles = result.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length;
    const failed = result.numFailedTests + brokenFiles;
    if (!Number.isInteger(passed) || passed + failed === 0) {
      throw new Error('no test ran');
    }
    return { passed, failed, skipped };
  } catch (error) {
    process.stderr.write(`The suite "${suite}" left no result: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const [directory, ...suites] = process.argv.slice(2);
if (directory === undefined || suites.length === 0) {
  process.stderr.write('Usage: node scripts/sum-test-results.mjs <directory> <suite>…\n');
  process.exit(2);
}
const results = suites.map((suite) => read(directory, suite));
const sum = (name) => results.reduce((total, result) => total + result[name], 0);
const skipped = sum('skipped');
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = sum('failed') === 0 ? 0 : 1;

// Prints `<passed> <failed> <left out>` of the test reports given (vitest's JSON), 0 for one that is missing.
import { existsSync, readFileSync } from 'node:fs'

const total = { passed: 0, failed: 0, leftOut: 0 }
for (const path of process.argv.slice(2).filter(existsSync)) {
  const report = JSON.parse(readFileSync(path, 'utf8'))
  total.passed += report.numPassedTests
  total.leftOut += report.numPendingTests + report.numTodoTests
  // A file that could not even be loaded has no test that failed.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  total.failed += report.numFailedTests + brokenFiles.length
}
console.log(total.passed, total.failed, total.leftOut)

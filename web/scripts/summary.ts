// The last line of a run of the unit tests: how many passed and failed.
import type { Reporter, TestModule } from 'vitest/node';

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failed = tests.filter((test) => test.result().state === 'failed').length + modules.filter((m) => m.errors().length > 0).length;
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    process.on('exit', () => console.log(`${passed} passed, ${failed} failed`));
  }
}

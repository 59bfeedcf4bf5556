/** Options whose value is the next argument, if they are not given as `--option=value`. */
const WITH_VALUE = /^(-[ep]|-pe|--eval|--print|--input-type)$/;
/** What belongs to this one process: its program, if that is no file, and its debugger, which has the port. */
const OWN = /^(-[ep]|-pe|-i|-c|--(eval|print|input-type|interactive|check|inspect[\w-]*))(=|$)/;

/** The arguments of node that its children are to have too. */
export function execArgvForChildren(execArgv: readonly string[]): string[] {
  return execArgv.filter((argument, index) => {
    const before = execArgv[index - 1];
    return !OWN.test(argument) && (before === undefined || !WITH_VALUE.test(before));
  });
}

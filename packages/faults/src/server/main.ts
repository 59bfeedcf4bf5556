// The program that serves: all servers of one engine in a process of its own, so that descriptors, memory and
// processes can be counted from outside.
import { SERVER_CLASSES } from './classes.js';
import { runServerProgram } from './program.js';

runServerProgram(SERVER_CLASSES);

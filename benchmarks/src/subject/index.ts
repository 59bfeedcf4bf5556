export { probeSubject, type Probed, type ProbePlan } from './probe.js';
export { servesAnyHandler, whyNotSubject } from './why-not.js';

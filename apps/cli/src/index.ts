export { createProgram, type Surroundings } from './program.ts'

import type { ServiceSchema } from "moleculer";
import type { Log, Runtime } from "../runtime";
import { serviceLog, type ProgramLog } from ".";

/** Each line says which node it is of, where the log can. */
export const setNodeId = (log: Log | ProgramLog, id: string): void => {
	if ("setNodeId" in log) log.setNodeId(id);
};

/** A service whose lines name it, also those of what it does by itself. */
export const withServiceLogger = (stall: (runtime: Runtime) => ServiceSchema, runtime: Runtime): ServiceSchema => {
	let name = "";
	const schema = stall({ ...runtime, log: serviceLog(runtime.log, () => name) });
	({ name } = schema);
	return schema;
};

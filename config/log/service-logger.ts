import type { ServiceSchema } from "moleculer";
import type { Log, Runtime } from "../runtime";
import { serviceLog, type ProgramLog } from ".";

/** Adds the node id to all lines, if the log supports it. */
export const setNodeId = (log: Log | ProgramLog, id: string): void => {
	if ("setNodeId" in log) log.setNodeId(id);
};

/** Creates a service schema whose log lines contain the service name, also in background work. */
export const withServiceLogger = (createSchema: (runtime: Runtime) => ServiceSchema, runtime: Runtime): ServiceSchema => {
	let name = "";
	const schema = createSchema({ ...runtime, log: serviceLog(runtime.log, () => name) });
	({ name } = schema);
	return schema;
};

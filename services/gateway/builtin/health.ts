import { httpResponse, type HttpResponse } from "../http/response";
import { JSON_TYPE } from "../http/headers";

/** Lifecycle state of the gateway. */
export interface GatewayState {
	/** Whether all services of this node are started. */
	isStarted(): boolean;
	stopping: boolean;
	/** Number of requests in flight. */
	active: number;
}

const status = (code: number, word: string): HttpResponse =>
	httpResponse(code, { "Content-Type": JSON_TYPE }, JSON.stringify({ status: word }));

/** Liveness: the process responds. */
export const live = (): HttpResponse => status(200, "ok");

/** Readiness: the process accepts requests. */
export const readiness = (life: GatewayState): HttpResponse => {
	if (life.stopping) return status(503, "stopping");
	return life.isStarted() ? status(200, "ok") : status(503, "starting");
};

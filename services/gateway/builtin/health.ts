import { httpResponse, type HttpResponse } from "../http/response";
import { JSON_TYPE } from "../http/headers";

/** Where the edge stands in its life. */
export interface GatewayState {
	/** Everything that this program hosts is up. */
	isStarted(): boolean;
	stopping: boolean;
	/** Requests that are being answered. */
	active: number;
}

const status = (code: number, word: string): HttpResponse =>
	httpResponse(code, { "Content-Type": JSON_TYPE }, JSON.stringify({ status: word }));

/** Whether the process is to be left alone: it answers. */
export const live = (): HttpResponse => status(200, "ok");

/** Whether it is to be sent requests. */
export const readiness = (life: GatewayState): HttpResponse => {
	if (life.stopping) return status(503, "stopping");
	return life.isStarted() ? status(200, "ok") : status(503, "starting");
};

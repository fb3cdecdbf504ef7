import { Errors } from "moleculer";
import { serviceError } from "@mixins/errors/service-errors";
import { codeOf, problem, problemOf } from "./problem";

const bodyOf = ({ body }: { body: unknown }) => JSON.parse(body as string) as Record<string, unknown>;

const FRAMEWORK: readonly (readonly [string, () => unknown])[] = [
	["no node offers the service", () => new Errors.ServiceNotFoundError({ action: "a.b" })],
	["no node of the service is healthy", () => new Errors.ServiceNotAvailableError({ action: "a.b", nodeID: "n" })],
	["the call timed out", () => new Errors.RequestTimeoutError({ action: "a.b", nodeID: "n" })],
	["the time limit ended before the call", () => new Errors.RequestSkippedError({ action: "a.b", nodeID: "n" })],
	["the call was rejected", () => new Errors.RequestRejectedError({ action: "a.b", nodeID: "n" })],
	["the queue is full", () => new Errors.QueueIsFullError({ action: "a.b", nodeID: "n", size: 1, limit: 1 })],
	["the transporter is disconnected", () => Reflect.construct(Errors.BrokerDisconnectedError, [])],
];

test.each(FRAMEWORK)("if %s, the client may retry", (_, make) => {
	const told = problemOf(make(), "r");
	expect([told.status, told.code, told.headers["Retry-After"]]).toEqual([503, "UNAVAILABLE", "1"]);
	expect(told.body).not.toContain("a.b");
});

test.each([
	["a library error", Object.assign(new Error("secret"), { code: "E11000", type: "MongoServerError" })],
	["an undeclared error", new Errors.MoleculerError("secret", 418, "TEAPOT", { secret: 1 })],
	["a value that is not an error", "secret"],
	["undefined", undefined],
	["the name of an inherited property", { type: "constructor", message: "secret" }],
])("%s becomes INTERNAL and discloses nothing", (_, cause) => {
	expect(codeOf(cause)).toBe("INTERNAL");
	expect(problemOf(cause, "r").body).not.toContain("secret");
});

test("the detail describes the case if more is known about it", () => {
	const errors = [
		{ path: "/a", message: "is wrong" },
		{ path: "/b", message: "too" },
	];
	expect(bodyOf(problemOf(serviceError("VALIDATION_FAILED", { errors }), "r"))).toMatchObject({
		detail: "/a: is wrong (and 1 more)",
		errors,
		requestId: "r",
	});
	expect(bodyOf(problem("NOT_FOUND", "r"))).not.toHaveProperty("errors");
});

test("entries that are not field errors are omitted", () => {
	const errors = [null, "x", { path: 1, message: "x" }, { path: "/a", message: "x", nested: {}, list: [], amount: 3 }];
	expect(bodyOf(problem("OUT_OF_STOCK", "r", { errors }))["errors"]).toEqual([{ path: "/a", message: "x", amount: 3 }]);
});

import { Errors } from "moleculer";
import { serviceError } from "@mixins/errors/service-errors";
import { codeOf, problem, problemOf } from "./problem";

const bodyOf = ({ body }: { body: unknown }) => JSON.parse(body as string) as Record<string, unknown>;

const FRAMEWORK: readonly (readonly [string, () => unknown])[] = [
	["nobody offers it", () => new Errors.ServiceNotFoundError({ action: "a.b" })],
	["nobody who does is well", () => new Errors.ServiceNotAvailableError({ action: "a.b", nodeID: "n" })],
	["no answer came in time", () => new Errors.RequestTimeoutError({ action: "a.b", nodeID: "n" })],
	["time was up before it began", () => new Errors.RequestSkippedError({ action: "a.b", nodeID: "n" })],
	["it was turned away", () => new Errors.RequestRejectedError({ action: "a.b", nodeID: "n" })],
	["too many wait", () => new Errors.QueueIsFullError({ action: "a.b", nodeID: "n", size: 1, limit: 1 })],
	["the bus is gone", () => Reflect.construct(Errors.BrokerDisconnectedError, [])],
];

test.each(FRAMEWORK)("where %s, it may be tried again", (_, make) => {
	const told = problemOf(make(), "r");
	expect([told.status, told.code, told.headers["Retry-After"]]).toEqual([503, "UNAVAILABLE", "1"]);
	expect(told.body).not.toContain("a.b");
});

test.each([
	["an error of a library", Object.assign(new Error("secret"), { code: "E11000", type: "MongoServerError" })],
	["an error of ours that nobody declared", new Errors.MoleculerError("secret", 418, "TEAPOT", { secret: 1 })],
	["no error at all", "secret"],
	["nothing", undefined],
	["a name that every object has", { type: "constructor", message: "secret" }],
])("%s is an error of ours, and tells nothing", (_, cause) => {
	expect(codeOf(cause)).toBe("INTERNAL");
	expect(problemOf(cause, "r").body).not.toContain("secret");
});

test("the detail is of this very case, where more is known of it", () => {
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

test("errors that are none are left out", () => {
	const errors = [null, "x", { path: 1, message: "x" }, { path: "/a", message: "x", nested: {}, list: [], amount: 3 }];
	expect(bodyOf(problem("OUT_OF_STOCK", "r", { errors }))["errors"]).toEqual([{ path: "/a", message: "x", amount: 3 }]);
});

import fc from "fast-check";
import { parseTraceparent, spanIdOf, traceIdOf, formatTraceparent } from "./trace-context";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const hex = (length: number) =>
	fc
		.array(fc.constantFrom(..."0123456789abcdef".split("")), { minLength: length, maxLength: length })
		.map((all) => all.join(""))
		.filter((text) => !/^0+$/.test(text));

describe("traceparent", () => {
	test("parseTraceparent reads what formatTraceparent writes", () => {
		fc.assert(
			fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
				expect(parseTraceparent(formatTraceparent({ traceId, spanId, sampled }))).toEqual({ traceId, spanId, sampled });
			}),
		);
	});

	test.each([
		["the specification's example", `00-${TRACE}-${SPAN}-01`, true],
		["not sampled", `00-${TRACE}-${SPAN}-00`, false],
		["unknown flags", `00-${TRACE}-${SPAN}-03`, true],
		["a future version", `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true],
	])("accepts %s", (_, text, sampled) => {
		expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
	});

	test.each([
		["undefined", undefined],
		["two values", [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
		["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
		["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
		["a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
		["the forbidden version", `ff-${TRACE}-${SPAN}-01`],
		["extra fields in version 00", `00-${TRACE}-${SPAN}-01-more`],
		["too short", `00-${TRACE.slice(1)}-${SPAN}-01`],
		["a trailing newline", `00-${TRACE}-${SPAN}-01\n`],
		["far too long", `01-${TRACE}-${SPAN}-01-${"x".repeat(200)}`],
	])("rejects %s", (_, text) => {
		expect(parseTraceparent(text)).toBeUndefined();
	});
});

describe("request and event ids", () => {
	test("a UUID gives a trace id and a span id", () => {
		expect(traceIdOf("0af76519-16cd-43dd-8448-eb211c80319c")).toBe(TRACE);
		expect(spanIdOf("b7ad6b71-6920-3331-8448-eb211c80319c")).toBe(SPAN);
	});

	test("trace ids and span ids are returned unchanged", () => {
		expect(traceIdOf(TRACE)).toBe(TRACE);
		expect(spanIdOf(SPAN)).toBe(SPAN);
	});

	test.each(["", "req_1", "orders.sweep", "0".repeat(32)])("%j gives none", (id) => {
		expect(traceIdOf(id)).toBeUndefined();
		expect(spanIdOf(id)).toBeUndefined();
	});
});

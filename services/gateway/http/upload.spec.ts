import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { eventually } from "@tests/support/world";
import { upload } from "./upload";

const request = (headers: Record<string, string> = {}) => {
	const req = new IncomingMessage(new Socket());
	req.headers = headers;
	return req;
};

const read = async (stream: AsyncIterable<Buffer>) => {
	let bytes = 0;
	for await (const chunk of stream) bytes += chunk.length;
	return bytes;
};

test("a body that is too large fails its reader and is known to be the cause", async () => {
	const req = request();
	const { stream, tooLarge } = upload(req, 10);
	req.push("12345");
	req.push("678901");
	await expect(read(stream)).rejects.toMatchObject({ type: "BODY_TOO_LARGE" });
	expect(tooLarge()).toBe(true);
});

test("a body of the maximum size passes", async () => {
	const req = request();
	const { stream, tooLarge } = upload(req, 10);
	req.push("1234567890");
	req.push(null);
	expect(await read(stream)).toBe(10);
	expect(tooLarge()).toBe(false);
});

test("a disconnect of the client fails the reader", async () => {
	const req = request();
	const { stream } = upload(req, 10);
	req.push("1");
	req.destroy();
	await expect(read(stream)).rejects.toThrow();
});

test("a declared length that is too large is rejected unread", () => {
	expect(() => upload(request({ "content-length": "11" }), 10)).toThrow(expect.objectContaining({ type: "BODY_TOO_LARGE" }));
});

test("a silent sender is too slow; one that waits for the reader is not", async () => {
	const silent = upload(request(), 10, 20);
	await expect(read(silent.stream)).rejects.toMatchObject({ type: "REQUEST_TOO_SLOW" });

	const req = request();
	const { stream } = upload(req, 1_000_000, 20);
	for (let sent = 0; sent < 8; sent++) req.push(Buffer.alloc(65_536));
	await eventually(() => stream.writableNeedDrain, "the reader is waited for");
	await new Promise((resolve) => setTimeout(resolve, 60));
	req.push(null);
	expect(await read(stream)).toBe(8 * 65_536);
});

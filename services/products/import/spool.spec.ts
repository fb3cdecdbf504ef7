import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { piecemeal } from "@tests/support/csv";
import { spool } from "./spool";

const ours = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith("tianguis-upload-"));
const textOf = async (source: AsyncIterable<Uint8Array>): Promise<string> => {
	const chunks: Uint8Array[] = [];
	for await (const chunk of source) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
};

test.each([
	["in memory", 1_000_000],
	["on disk", 100],
])("a file can be read from the start repeatedly: %s", async (_, inMemoryBytes) => {
	const file = "Ñandú,".repeat(2_000);
	const spooled = await spool(piecemeal(file, 777), inMemoryBytes);
	expect(await textOf(spooled.read())).toBe(file);
	expect(await textOf(spooled.read())).toBe(file);
	await spooled.remove();
	expect(await ours()).toEqual([]);
});

test("an interrupted upload leaves no file behind", async () => {
	const source = async function* () {
		yield* piecemeal("x".repeat(1_000), 100);
		throw new Error("gone");
	};
	await expect(spool(source(), 100)).rejects.toThrow("gone");
	expect(await ours()).toEqual([]);
});

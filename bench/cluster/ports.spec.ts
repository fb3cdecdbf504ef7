import { createServer, type AddressInfo } from "node:net";
import { listenersIn, pidListeningOn } from "./ports";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4013 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5151 1 0000000000000000 100 0 0 10 0
   1: 0100007F:4013 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 6161 1 0000000000000000 100 0 0 10 0
   2: 0100007F:4014 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7171 1 0000000000000000 100 0 0 10 0
`;

test("of the sockets of a port only the one that listens counts", () => {
	expect(listenersIn(TABLE, 0x4013)).toEqual(["5151"]);
	expect(listenersIn(TABLE, 1)).toEqual([]);
});

const onLinux = process.platform === "linux" ? test : test.skip;
onLinux("the process that listens on a port is found", async () => {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	expect(pidListeningOn(port)).toBe(process.pid);
	await new Promise((resolve) => server.close(resolve));
	expect(pidListeningOn(port)).toBeUndefined();
});

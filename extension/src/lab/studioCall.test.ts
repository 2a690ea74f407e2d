import { expect, test } from "vitest";
import { studioCall } from "./studioCall";

test("a cell that makes a session gets its studio", () => {
  expect(studioCall("a = 1\ns = pg.Session(model, loader, loss=f)\n")).toBe("s.studio()");
  expect(studioCall("other = pg.Session.open('x.patchgrad', loader)")).toBe("other.studio()");
});

test("a cell that makes a model gets a session around it, whatever stands beside it", () => {
  const cell =
    "loader = pg.data.DataLoader(data)\nnet: nn.Module = nn.Sequential(nn.Linear(2, 2))\nloss = nn.MSELoss()";
  expect(studioCall(cell)).toContain("pg.Session(net, loader");
  expect(studioCall("optimizer = optim.Adam(model.parameters())")).toBeNull();
});

test("nothing is offered where nothing is made, compared only, or where a studio is opened already", () => {
  expect(studioCall("print(1)\nx == Net(2)\n    inner = Net(1)")).toBeNull();
  expect(studioCall("s = pg.Session(m, l)\ns.studio()")).toBeNull();
});

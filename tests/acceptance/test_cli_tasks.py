"""The commands for tasks."""

from __future__ import annotations

from tests.acceptance.shell import Shell


def test_tasks_are_claimed_assigned_and_done(shell: Shell) -> None:
    shell("init")
    shell("demo")
    task = next(one for one in shell.json("tasks", "--role", "coordinator")["items"] if not one["done_by"])
    case = str(task["case"])
    shell("task", "claim", case, task["task"], "--by", "jo:coordinator", code=1)  # nobody here is called jo
    shell("task", "claim", case, task["task"], "--by", "demo.coordinator:coordinator")
    mine = shell.json("tasks", "--mine", "--by", "demo.coordinator:coordinator")["items"]
    assert [one["task"] for one in mine] == [task["task"]]
    shell("task", "assign", case, task["task"], "nobody", "--by", "jo:coordinator", code=1)
    shell("task", "assign", case, task["task"], "demo.manager", "--by", "jo:coordinator")
    assert shell.json("tasks", "--person", "demo.manager")["items"][0]["person"] == "demo.manager"
    shell("task", "done", case, task["task"], "--by", "staff", code=1)
    shell("task", "done", case, task["task"], "--by", "kim:coordinator")
    assert shell.json("tasks", "--case", case)["items"] == []
    assert shell("tasks", "--case", case) == ""
    assert shell.error == "No tasks.\n"

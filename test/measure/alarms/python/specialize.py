"""
`specialize.py`: a script for every kind of task on standard input, the same for the one task that its first line tells
on standard output. Who writes for one competition carries no branches of others, whose literals would be weighed.
"""

import ast
import sys


class Specialized(ast.NodeTransformer):
    """Replaces names that are assigned once, to a constant, and what follows from them alone."""

    def __init__(self, tree):
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        stored = [node.id for node in names] + [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
        self.once = {name for name in stored if stored.count(name) == 1}
        self.known = {}

    def folded(self, node):
        """The node with its parts replaced, as a literal where it comes to one."""
        node = self.generic_visit(node)
        try:
            value = eval(compile(ast.Expression(node), "constant", "eval"), {"__builtins__": {}, **self.known})
        except Exception:
            return node
        return ast.copy_location(ast.parse(repr(value), mode="eval").body, node)

    visit_Compare = visit_Subscript = visit_BoolOp = folded

    def visit_UnaryOp(self, node):
        return self.folded(node) if isinstance(node.op, ast.Not) else self.generic_visit(node)

    def visit_Name(self, node):
        # A table stays in its place: written down twice it would weigh twice.
        value = self.known.get(node.id, [])
        if not isinstance(node.ctx, ast.Load) or isinstance(value, (list, tuple, set, dict)):
            return node
        return ast.copy_location(ast.parse(repr(value), mode="eval").body, node)

    def visit_Assign(self, node):
        node.value = self.visit(node.value)
        [target, *more] = node.targets
        if more or not isinstance(target, ast.Name) or target.id not in self.once:
            return node
        try:
            self.known[target.id] = ast.literal_eval(node.value)
        except ValueError:
            return node
        # A switch or what is told of the task; a table of somebody's own stays where it stands.
        return None if isinstance(self.known[target.id], bool) or target.id == "TASK" else node

    def visit_If(self, node):
        node.test = self.visit(node.test)
        if isinstance(node.test, ast.Constant):
            taken = node.body if node.test.value else node.orelse
            return [part for each in taken for part in self.listed(self.visit(each))]
        node.body = [part for each in node.body for part in self.listed(self.visit(each))] or [ast.Pass()]
        node.orelse = [part for each in node.orelse for part in self.listed(self.visit(each))]
        return node

    def visit_IfExp(self, node):
        node.test = self.visit(node.test)
        if isinstance(node.test, ast.Constant):
            return self.visit(node.body if node.test.value else node.orelse)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    @staticmethod
    def listed(found):
        return found if isinstance(found, list) else [] if found is None else [found]


tree = ast.parse(sys.stdin.read())
print(ast.unparse(ast.fix_missing_locations(Specialized(tree).visit(tree))))

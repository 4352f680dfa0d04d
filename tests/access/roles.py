"""The role table of the house, written out once more and on purpose not taken from the code."""

TABLE = """
                 worker   head    township leader supervisor county
see              yes      yes     yes      yes    yes        yes
show             assigned yes     yes      no     reason     yes
log              yes      yes     yes      no     visits     yes
register         yes      yes     yes      no     no         yes
assign           no       yes     yes      no     no         yes
import           yes      yes     yes      no     no         yes
export           no       yes     yes      yes    yes        yes
export in full   no       no      yes      no     no         yes
override         propose  propose yes      no     no         yes
propose          yes      yes     yes      no     no         yes
inspect          no       no      yes      no     yes        yes
publish          no       no      propose  no     no         yes
posts            no       no      yes      no     no         yes
configure        no       no      no       no     no         yes
"""
NOT_YET = {"no", "visits", "propose"}  # what these cells allow has no page of its own
COLUMN = {"cadre": "worker", "neighbour": "head"}  # the cast's other names for a column
SIGNED_IN = ["worker", "cadre", "head", "township", "leader", "supervisor", "county"]
SIGNED_IN += ["neighbour", "clerk"]
EVERYBODY = [*SIGNED_IN, "anonymous"]
STAFF = {"township", "county"}  # who may enter the back office in these tests

# Whose scope the rows of each place lie in.
SEES = {
    "near": {"worker", "cadre", "head", "township", "leader", "supervisor", "county"},
    "far": {"neighbour", "supervisor", "county"},
    "abroad": set(),
}
# Everybody near; whoever sees further also where their own scope ends.
TRIED = {
    "near": EVERYBODY,
    "far": ["worker", "cadre", "head", "township", "leader", "neighbour"],
    "abroad": ["supervisor", "county"],
}


def _read() -> dict[str, dict[str, str]]:
    lines = TABLE.strip("\n").splitlines()
    columns = lines[0].split()
    rights = {}
    for line in lines[1:]:
        cells = line[17:].split()
        rights[line[:17].strip()] = dict(zip(columns, cells, strict=True))
    return rights


RIGHTS = _read()


def holds(who: str, right: str) -> bool:
    """Say whether a member of the cast holds a right of the table, or merely is somebody."""
    if right in ("public", "signed in"):
        return right == "public" or who != "anonymous"
    if who in ("clerk", "anonymous"):
        return False
    if " and " in right:
        return all(holds(who, one) for one in right.split(" and "))
    cell = RIGHTS[right][COLUMN.get(who, who)]
    # Of the cast only the grid worker is assigned the person that the tests look at.
    return who == "worker" if cell == "assigned" else cell not in NOT_YET

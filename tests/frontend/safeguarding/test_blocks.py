"""Blocking somebody, and lifting the block."""

from backend.safeguarding.models import Block
from tests.frontend.conftest import client_of


def test_blocking_is_explained_first_and_changes_nothing_until_confirmed(cast, official):
    answer = official.get(cast.address(f"people/{cast.engineer.pk}/block/"))
    assert "Block Arif Rahman?" in answer.content.decode()
    assert "They are not told" in answer.content.decode()
    assert Block.objects.filter(blocker=cast.official.person).count() == 0


def test_a_block_hides_each_from_the_other_at_once(cast, official):
    answer = official.post(cast.address(f"people/{cast.engineer.pk}/block/"), follow=True)
    text = answer.content.decode()
    assert "Arif Rahman is blocked." in text
    assert "Linh Tran" in text
    assert f"/people/{cast.engineer.pk}/" not in text
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404
    other = client_of(cast.engineer.person)
    assert other.get(cast.address(f"people/{cast.official.pk}/")).status_code == 404
    assert "Mali Wongsa" not in other.get(cast.address("profile/")).content.decode()


def test_my_own_block_stands_in_my_profile_and_can_be_lifted_there(cast, official):
    official.post(cast.address(f"people/{cast.engineer.pk}/block/"))
    block = Block.objects.get(blocker=cast.official.person)
    text = official.get(cast.address("profile/")).content.decode()
    assert "People you blocked" in text
    assert "Arif Rahman" in text
    answer = official.post(cast.address(f"blocks/{block.pk}/lift/"), follow=True)
    assert "The block is lifted." in answer.content.decode()
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 200


def test_a_block_somebody_else_made_cannot_be_lifted_and_does_not_show(cast, official):
    block = Block.objects.get(blocker=cast.blocked.person)
    assert official.post(cast.address(f"blocks/{block.pk}/lift/")).status_code == 404
    assert Block.objects.filter(pk=block.pk).exists()
    assert "People you blocked" not in official.get(cast.address("profile/")).content.decode()

-- Whether an earlier push of the same person brought a part of a group.
CREATE INDEX mutations_group ON mutations (group_id) WHERE group_id IS NOT NULL;
